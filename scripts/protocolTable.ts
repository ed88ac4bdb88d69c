/** The part of JSON Schema that the wire's types use. */
export interface Schema {
  type?: string;
  description?: string;
  const?: string;
  minimum?: number;
  maximum?: number;
  minLength?: number;
  maxLength?: number;
  required?: string[];
  properties?: Record<string, Schema>;
  patternProperties?: Record<string, Schema>;
  items?: Schema | Schema[];
  anyOf?: Schema[];
}

/** An object's fields as a Markdown table, those of inner objects with their path. */
export function fieldTable(schema: Schema): string {
  const rows = fields(schema, "").map(([name, type, required, meaning]) => {
    return `| \`${name}\` | ${type} | ${required ? "yes" : ""} | ${meaning} |`;
  });
  return ["| field | value | required | meaning |", "|---|---|---|---|", ...rows].join("\n");
}

function fields(schema: Schema, path: string): [name: string, type: string, required: boolean, meaning: string][] {
  return Object.entries(schema.properties ?? {}).flatMap(([name, field]) => {
    const array = field.type === "array" && !Array.isArray(field.items) ? field.items : undefined;
    const inner = array?.properties ? array : field;
    const innerPath = `${path}${name}${inner === array ? "[]" : ""}`;
    const required = schema.required?.includes(name) ?? false;
    return [[path + name, typeText(field), required, field.description ?? ""], ...fields(inner, `${innerPath}.`)];
  });
}

function typeText(schema: Schema): string {
  if (schema.const !== undefined) return `\`"${schema.const}"\``;
  if (schema.anyOf) return schema.anyOf.map(typeText).join(", ");
  if (schema.patternProperties) return `object of ${Object.values(schema.patternProperties).map(typeText).join(", ")}`;
  if (Array.isArray(schema.items)) return `[${schema.items.map(typeText).join(", ")}]`;
  if (schema.items) return `array of ${typeText(schema.items)}`;
  const { minimum, maximum, maxLength, minLength } = schema;
  const bounds = [
    minimum !== undefined && `≥ ${minimum}`,
    maximum !== undefined && `≤ ${maximum}`,
    maxLength !== undefined && `${minLength ?? 0} to ${maxLength} characters`,
  ].filter(Boolean);
  return [schema.type ?? "any", ...bounds].join(" ");
}
