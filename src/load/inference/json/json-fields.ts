import { SeenColumn, type Place } from '../columns/seen-column.ts';
import { JsonNumber } from './json-reader.ts';

/** An object with more fields is a map: its keys are data. */
const MOST_FIELDS = 300;
/** Objects within objects become columns to this depth; what is deeper is a column of JSON. */
const DEEPEST = 4;

/** What was seen at one path of a JSON file. */
interface Field {
  readonly scalar: SeenColumn;
  objects: number;
  arrays: number;
  strings: number;
  /** Rows in which the path leads to something, null included. */
  present: number;
  readonly children: Map<string, Field>;
  isMap: boolean;
  /** Characters and bytes of the longest object or array. */
  longest: number;
}

/** A field that becomes a column. */
export interface JsonColumn {
  readonly path: readonly string[];
  readonly scalar: SeenColumn;
  /** It holds objects or arrays, so that its column is JSON. */
  readonly nested: 'json' | 'mixed' | undefined;
  readonly nestedWhy: string;
}

/** Collects the fields of the rows of JSON files; its memory grows with the number of fields alone. */
export class JsonFields {
  rows = 0;
  /** Rows that are no object. */
  plain = 0;
  readonly #root = newField();

  add(value: unknown, at: Place): void {
    this.rows++;
    if (typeof value !== 'object' || value === null || Array.isArray(value) || value instanceof JsonNumber)
      this.plain++;
    this.#see(this.#root, value, at, 0);
  }

  /** One for each field without fields, in the order in which they were first seen. A row that lacks it counts as NULL. */
  columns(): readonly JsonColumn[] {
    const columns: JsonColumn[] = [];
    const visit = (field: Field, path: readonly string[]): void => {
      const isFolded = field.isMap || path.length >= DEEPEST || [...field.children.keys()].includes('');
      const isObject = field.objects > 0 && field.arrays === 0 && field.scalar.values === 0 && !isFolded;
      if (isObject && field.children.size > 0) {
        for (const [key, child] of field.children) visit(child, [...path, key]);
        return;
      }
      const { scalar } = field;
      const missing = this.rows - field.present;
      for (let n = Math.min(missing, 1); n > 0; n--) scalar.addNull();
      if (missing > 1) scalar.nulls += missing - 1;
      columns.push({ path, scalar, ...nestingOf(field, isFolded) });
    };
    for (const [key, child] of this.#root.children) visit(child, [key]);
    return columns;
  }

  #see(field: Field, value: unknown, at: Place, depth: number): void {
    field.present++;
    if (value === null) field.scalar.addNull();
    else if (typeof value === 'string') {
      field.strings++;
      field.scalar.addString(value, at);
    } else if (value instanceof JsonNumber) field.scalar.addNumber(value.source, at);
    else if (typeof value === 'boolean') field.scalar.addBoolean(value, at);
    else if (Array.isArray(value)) field.arrays++;
    else {
      field.objects++;
      if (field.isMap || depth > DEEPEST) return;
      for (const [key, child] of Object.entries(value as object)) {
        let known = field.children.get(key);
        if (known === undefined) {
          if (field.children.size >= MOST_FIELDS && depth > 0) {
            field.isMap = true;
            field.children.clear();
            return;
          }
          known = newField();
          field.children.set(key, known);
        }
        this.#see(known, child, at, depth + 1);
      }
    }
  }
}

function newField(): Field {
  return {
    scalar: new SeenColumn(),
    objects: 0,
    arrays: 0,
    strings: 0,
    present: 0,
    children: new Map(),
    isMap: false,
    longest: 0,
  };
}

function nestingOf(field: Field, isFolded: boolean): Pick<JsonColumn, 'nested' | 'nestedWhy'> {
  const { objects, arrays, strings } = field;
  if (objects === 0 && arrays === 0) return { nested: undefined, nestedWhy: '' };
  // a text within quotes is loaded without them, and is then no JSON
  if (strings > 0) return { nested: 'mixed', nestedWhy: 'objects or lists in some rows and text in others' };
  if (objects === 0) return { nested: 'json', nestedWhy: 'lists' };
  if (arrays > 0 || field.scalar.values > 0) return { nested: 'json', nestedWhy: 'values of several shapes' };
  if (field.isMap) return { nested: 'json', nestedWhy: `objects of more than ${MOST_FIELDS} different keys` };
  return { nested: 'json', nestedWhy: isFolded ? 'objects deep within others' : 'empty objects' };
}
