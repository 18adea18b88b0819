// Types by graphql-codegen, and each operation with the document that it stands in.
// node generate.mjs <schema> <merged documents> <folder of documents> <file to write>
import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { codegen } from "@graphql-codegen/core";
import * as operations from "@graphql-codegen/typescript-operations";
import { Kind, buildSchema, parse } from "graphql";

const [schemaFile, mergedFile, folder, out] = process.argv.slice(2);
const sdl = readFileSync(schemaFile, "utf8");
const scalars = { ID: "string", Decimal: "string", Date: "string", DateTime: "string", Long: "number", JSON: "unknown" };

const types = await codegen({
  filename: out,
  schema: parse(sdl),
  schemaAst: buildSchema(sdl),
  documents: [{ location: mergedFile, document: parse(readFileSync(mergedFile, "utf8")) }],
  plugins: [{ operations: {} }],
  pluginMap: { operations },
  config: { scalars, strictScalars: true, enumType: "string-literal", skipTypename: true },
});

const kinds = { query: "Query", mutation: "Mutation", subscription: "Subscription" };
const made = [];
for (const file of readdirSync(folder).filter((each) => each.endsWith(".graphql")).sort()) {
  const text = readFileSync(join(folder, file), "utf8");
  const variable = file.replace(".graphql", "").replace(/_(\w)/g, (_, each) => each.toUpperCase());
  made.push(`const ${variable} = ${JSON.stringify(text)};`);
  for (const { kind, operation, name } of parse(text).definitions) {
    if (kind !== Kind.OPERATION_DEFINITION) continue;
    const type = `${name.value}${kinds[operation]}`;
    made.push(
      `export const ${name.value}: Operation<${type}, ${type}Variables> = ` +
        `{ name: ${JSON.stringify(name.value)}, document: ${variable} };`,
    );
  }
}
const head = '// Generated: see generate.mjs.\nimport type { Operation } from "./perseat.js";\n';
writeFileSync(out, `${head}\n${types}\n${made.join("\n")}\n`);
