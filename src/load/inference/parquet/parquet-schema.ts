/** The part of a footer that types follow from; as hyparquet has it. */
export interface ParquetElement {
  readonly name: string;
  readonly type?: string | undefined;
  readonly type_length?: number | undefined;
  readonly repetition_type?: 'REQUIRED' | 'OPTIONAL' | 'REPEATED' | undefined;
  readonly converted_type?: string | undefined;
  readonly scale?: number | undefined;
  readonly precision?: number | undefined;
  readonly logical_type?:
    | {
        readonly type: string;
        readonly unit?: 'MILLIS' | 'MICROS' | 'NANOS' | undefined;
        readonly isAdjustedToUTC?: boolean | undefined;
        readonly bitWidth?: number | undefined;
        readonly isSigned?: boolean | undefined;
        readonly precision?: number | undefined;
        readonly scale?: number | undefined;
      }
    | undefined;
}

export interface ParquetNode {
  readonly element: ParquetElement;
  readonly children: readonly ParquetNode[];
}

/** A column of the table: a value, or a group that becomes JSON. */
export interface ParquetField {
  readonly path: readonly string[];
  readonly element: ParquetElement;
  /** It is a list, a map or a group too deep for columns. */
  readonly isNested: boolean;
  /** Neither it nor what holds it can be absent. */
  readonly isRequired: boolean;
}

/** Groups within groups become columns to this depth. */
const DEEPEST = 4;

/** The columns that the children of a schema's root become. */
export function parquetFields(root: ParquetNode): readonly ParquetField[] {
  const fields: ParquetField[] = [];
  const visit = (node: ParquetNode, above: readonly string[], aboveRequired: boolean): void => {
    const { element, children } = node;
    const path = [...above, element.name];
    const isRequired = aboveRequired && element.repetition_type === 'REQUIRED';
    const kind = element.logical_type?.type ?? element.converted_type;
    const isRepeated = element.repetition_type === 'REPEATED';
    const isPlainGroup = children.length > 0 && !isRepeated && kind === undefined && path.length < DEEPEST;
    if (!isPlainGroup) {
      fields.push({ path, element, isRequired, isNested: isRepeated || children.length > 0 });
      return;
    }
    for (const child of children) visit(child, path, isRequired);
  };
  for (const child of root.children) visit(child, [], true);
  return fields;
}
