#!/bin/bash
# openapi-typescript: a property of a request that has a default and is not required.
# Guess:   it may be left out; that is what the default is for, and so it is where the request spells its schema out.
# Happens: where the request refers to the same schema by its name, as generated descriptions do, the type asks for the
#          property, and tsc refuses the shortest valid request. The documented option tells of "non-nullable types".
# So:      --default-non-nullable=false (tests/upstream/generated/test_typescript_client.py), at the price that answers
#          may lack what they always have.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes >/dev/null
npm install --silent --ignore-scripts openapi-typescript@7.13.0 typescript@5.9.3
cat > see.mjs <<'JS'
import { writeFileSync } from "node:fs";

const wishes = {
  type: "object",
  required: ["rent"],
  properties: { rent: { type: "integer" }, purpose: { type: "string", default: "new" } },
};
const post = (schema) => ({
  post: {
    requestBody: { required: true, content: { "application/json": { schema } } },
    responses: { 204: { description: "Taken" } },
  },
});
const description = {
  openapi: "3.1.0",
  info: { title: "Flats", version: "1" },
  paths: { "/spelt-out": post(wishes), "/by-name": post({ $ref: "#/components/schemas/Wishes" }) },
  components: { schemas: { Wishes: wishes } },
};
writeFileSync("openapi.json", JSON.stringify(description));
JS
cat > ask.ts <<'TYPESCRIPT'
import type { paths } from "./flats.js";

type Asked<Path extends keyof paths> = paths[Path]["post"]["requestBody"]["content"]["application/json"];
export const speltOut: Asked<"/spelt-out"> = { rent: 900 };
export const byName: Asked<"/by-name"> = { rent: 900 };
TYPESCRIPT
cat > expected <<'SEEN'
openapi-typescript 7.13.0
as it is: ask.ts(5,14): error TS2741: Property 'purpose' is missing in type
openapi-typescript 7.13.0
with the option: compiles
SEEN
export PATH="$folder/node_modules/.bin:$PATH"
node see.mjs
tried() {
    openapi-typescript openapi.json "${@:2}" --output flats.d.ts 2>&1 | grep -o 'openapi-typescript .*'
    tsc --strict --noEmit --module nodenext ask.ts > said || true
    echo "$1: $(grep -o "^.*missing in type" said || echo compiles)"
}
{ tried "as it is" && tried "with the option" --default-non-nullable=false; } | tee output
diff expected output && echo "As found."
