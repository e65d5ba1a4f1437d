import { TRAIN_TASK } from "./train-queue.ts";

/** Where training runs are logged, from the environment as MLflow's own clients read it. */
export interface MlflowSettings {
  /** `MLFLOW_TRACKING_URI`, http or https, without credentials and without a slash at its end. */
  readonly trackingUrl: string;
  /** The header that the credentials make; undefined where there are none. Never to be printed. */
  readonly authorization: string | undefined;
  /** `MLFLOW_EXPERIMENT_NAME`. Default: the `task` label. It is created when it is not there. */
  readonly experiment: string;
  /** `MLFLOW_UI_URL`: where a browser finds MLflow, if not at the tracking URI. */
  readonly uiUrl: string;
  /** `DASHBOARD_URL`: a dashboard that a run's description links to. Default: no link. */
  readonly dashboardUrl: string | undefined;
}

/**
 * @returns undefined where `MLFLOW_TRACKING_URI` is not set: nothing is logged then
 * @throws RangeError naming a variable that holds no http or https address, and never its value, which may hold a password
 */
export function readMlflowSettings(variables: NodeJS.ProcessEnv): MlflowSettings | undefined {
  if (!variables.MLFLOW_TRACKING_URI) return undefined;
  const { url: trackingUrl, credentials } = readAddress("MLFLOW_TRACKING_URI", variables.MLFLOW_TRACKING_URI);
  return {
    trackingUrl,
    authorization: authorizationOf(credentials, variables),
    experiment: variables.MLFLOW_EXPERIMENT_NAME || TRAIN_TASK,
    uiUrl: variables.MLFLOW_UI_URL ? readAddress("MLFLOW_UI_URL", variables.MLFLOW_UI_URL).url : trackingUrl,
    dashboardUrl: variables.DASHBOARD_URL ? readAddress("DASHBOARD_URL", variables.DASHBOARD_URL).url : undefined,
  };
}

/** Of several, the first counts: those in the address, a name and its password, a token. So do MLflow's clients. */
function authorizationOf(inAddress: string | undefined, variables: NodeJS.ProcessEnv): string | undefined {
  const {
    MLFLOW_TRACKING_USERNAME: name,
    MLFLOW_TRACKING_PASSWORD: password,
    MLFLOW_TRACKING_TOKEN: token,
  } = variables;
  const basic = inAddress ?? (name && password ? `${name}:${password}` : undefined);
  if (basic !== undefined) return `Basic ${Buffer.from(basic).toString("base64")}`;
  if (!token) return undefined;
  // fetch would refuse such a header later, and say it aloud.
  if (!/^[\x21-\x7e]+$/.test(token)) throw new RangeError("MLFLOW_TRACKING_TOKEN has a space or a line break in it");
  return `Bearer ${token}`;
}

/** An address apart from the credentials in it, which must not get into a link. */
function readAddress(
  variable: string,
  text: string,
): { readonly url: string; readonly credentials: string | undefined } {
  try {
    const url = new URL(text);
    if (!/^https?:$/.test(url.protocol)) throw new RangeError(url.protocol);
    const { username, password } = url;
    const credentials =
      username || password ? `${decodeURIComponent(username)}:${decodeURIComponent(password)}` : undefined;
    url.username = url.password = url.hash = "";
    return { url: url.href.replace(/\/$/, ""), credentials };
  } catch {
    throw new RangeError(`${variable} is no address that begins with http:// or https://`);
  }
}
