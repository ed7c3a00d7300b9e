#!/bin/bash
# openid-client (npm, version 6): private_key_jwt, the way in which brokers of the Finnish Trust Network know a client.
# Guess:   the assertion is made out to the token endpoint, as OpenID Connect Core (section 9) says it should be, and as
#          those brokers' guides ask.
# Happens: `aud` is the issuer, alone. It is the safer reading of newer drafts, but a provider that compares with its
#          token endpoint answers invalid_client, and nothing in the error says why. The assertion lives for 60 seconds,
#          and has `nbf`, so a clock behind by a second can be refused as well.
# So:      modifyAssertion, shown below, per provider. A client needs a setting for this audience.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes >/dev/null
npm install --silent --ignore-scripts openid-client@6.9.0 jose@6.2.18
cat > expected <<'SEEN'
openid-client 6.9.0
as it is: aud ISSUER, 60 seconds, nbf true
modified: aud ISSUER/token, 60 seconds, nbf true
SEEN
cat > see.mjs <<'JS'
import { createRequire } from "node:module";
import http from "node:http";

import * as jose from "jose";
import * as client from "openid-client";

console.log("openid-client", createRequire(import.meta.url)("openid-client/package.json").version);
const { privateKey } = await jose.generateKeyPair("RS256");
let issuer, seen;
const server = http.createServer(async (request, response) => {
  response.setHeader("content-type", "application/json");
  if (request.url.includes(".well-known")) {
    const endpoints = { authorization_endpoint: `${issuer}/authorize`, token_endpoint: `${issuer}/token` };
    return response.end(JSON.stringify({ issuer, ...endpoints }));
  }
  let body = "";
  for await (const chunk of request) body += chunk;
  seen = jose.decodeJwt(new URLSearchParams(body).get("client_assertion"));
  response.statusCode = 401;
  response.end(JSON.stringify({ error: "invalid_client" }));
});
await new Promise(resolve => server.listen(0, "127.0.0.1", resolve));
issuer = `http://127.0.0.1:${server.address().port}`;
const modified = { [client.modifyAssertion]: (header, payload) => { payload.aud = `${issuer}/token`; } };
for (const [name, options] of [["as it is", undefined], ["modified", modified]]) {
  const authentication = client.PrivateKeyJwt(privateKey, options);
  const configuration = await client.discovery(new URL(issuer), "heka", undefined, authentication, {
    execute: [client.allowInsecureRequests],
  });
  await client.clientCredentialsGrant(configuration).catch(() => {});
  const audience = [seen.aud].flat().join(" and ").replace(issuer, "ISSUER");
  console.log(`${name}: aud ${audience}, ${seen.exp - seen.iat} seconds, nbf ${"nbf" in seen}`);
}
server.close();
server.closeAllConnections();
JS
node see.mjs | tee output
diff expected output && echo "As found."
