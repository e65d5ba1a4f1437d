/** What a TLS error of Node means for whoever has to mend it, by its code. */
const ADVICE: readonly (readonly [RegExp, string])[] = [
  [
    /SELF_SIGNED_CERT|^UNABLE_TO_GET_ISSUER_CERT|^UNABLE_TO_VERIFY_LEAF_SIGNATURE$|^CERT_UNTRUSTED$|^CERT_SIGNATURE_FAILURE$/,
    "the server's certificate is not trusted; name the file of its CA in NODE_EXTRA_CA_CERTS, or give a client with `tls: { ca }`",
  ],
  [
    /^ERR_TLS_CERT_ALTNAME_INVALID$/,
    "the server's certificate is for another host name; connect by a name that is in it, or give a client with `tls: { servername }`",
  ],
  [/^CERT_HAS_EXPIRED$|^CERT_NOT_YET_VALID$/, "the server's certificate is not valid at this time"],
  [
    /^ERR_SSL_.*ALERT_(CERTIFICATE_REQUIRED|HANDSHAKE_FAILURE|BAD_CERTIFICATE|UNKNOWN_CA)$/,
    "the server wants a certificate of the client; give a client with `tls: { ca, cert, key }`",
  ],
  [/^ERR_SSL_(WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG)$/, "the server does not speak TLS there; is it redis:// ?"],
  [/^ERR_SSL_|^ERR_TLS_|^EPROTO$/, "TLS cannot be agreed upon with the server"],
];

/** Says what a TLS error means, with its code; `undefined` for errors of other kinds. */
export function tlsAdvice(code: string): string | undefined {
  const advice = ADVICE.find(([pattern]) => pattern.test(code))?.[1];
  return advice === undefined ? undefined : `${advice} (${code})`;
}
