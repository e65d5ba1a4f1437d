import {
  DatasourceVariableBuilder,
  QueryVariableBuilder,
  VariableRefresh,
  VariableSort,
} from "@grafana/grafana-foundation-sdk/dashboard";
import { contract } from "@taskvitals/core";
import { framePhrases } from "./phrases/frame-phrases.ts";
import { type Phrase, type Translate, translator } from "./phrases/phrase.ts";
import { anyOf, type FilterLabel } from "./selector.ts";

/** The data source that every panel and variable asks; chosen at the top of the dashboard, so nothing is asked at import. */
export const DATA_SOURCE: { readonly type: string; readonly uid: string } = {
  type: "prometheus",
  // biome-ignore lint/suspicious/noTemplateCurlyInString: Grafana's syntax of a variable, not ours
  uid: "${datasource}",
};

/** Variables of a dashboard, in the order in which they stand at its top. */
export function dashboardVariables(
  translate: Translate = translator("en"),
): (DatasourceVariableBuilder | QueryVariableBuilder)[] {
  const { memoryGigabytes, queueLength, taskSuccess } = contract;
  const { dataSource, job, jobAbout, queue, queueAbout, task, taskAbout } = framePhrases;
  const filter = (label: FilterLabel, title: Phrase, about: Phrase, series: string): QueryVariableBuilder =>
    filterVariable(label, translate(title), translate(about), series);
  return [
    new DatasourceVariableBuilder("datasource").label(translate(dataSource)).type("prometheus"),
    filter("job", job, jobAbout, anyOf([taskSuccess, queueLength, memoryGigabytes], [])),
    // A queue may be read by a process that runs none of its tasks, and the other way round.
    filter("queue", queue, queueAbout, anyOf([taskSuccess, queueLength], ["job"])),
    filter("task", task, taskAbout, anyOf([taskSuccess], ["job", "queue"])),
  ];
}

function filterVariable(label: FilterLabel, title: string, description: string, series: string): QueryVariableBuilder {
  const query = `label_values(${series}, ${label})`;
  return (
    new QueryVariableBuilder(label)
      .label(title)
      .description(description)
      .datasource(DATA_SOURCE)
      .definition(query)
      .query({ qryType: LABEL_VALUES_QUERY, query, refId: "PrometheusVariableQueryEditor-VariableQuery" })
      .refresh(VariableRefresh.OnTimeRangeChanged)
      .sort(VariableSort.AlphabeticalAsc)
      .multi(true)
      .includeAll(true)
      // Matches an absent label too: the series that collects what the cap refused has neither task nor queue.
      .allValue(".*")
      .current({ selected: true, text: ["All"], value: ["$__all"] })
  );
}

/** "Label values" in the variable editor of Grafana's Prometheus data source. */
const LABEL_VALUES_QUERY = 1;
