import type { ComponentChildren } from 'preact';

export interface Column<Row> {
  readonly title: ComponentChildren;
  /** Of the heading and of each cell: 'number', 'roomy' where there has to be room for it. */
  readonly class?: string;
  /** Of each cell alone. */
  readonly cellClass?: string;
  /** Stands before the value where a phone shows a row as a block. */
  readonly label?: string;
  /** The cells name their rows. */
  readonly namesRows?: boolean;
  readonly cell: (row: Row) => ComponentChildren;
}

/** Rows under headings, with a name for who does not see them. */
export function Table<Row>({
  name,
  class: kind,
  columns,
  rows,
  keyOf,
  rowClass,
}: {
  readonly name: string;
  readonly class: string;
  readonly columns: readonly Column<Row>[];
  readonly rows: readonly Row[];
  readonly keyOf: (row: Row, at: number) => string | number;
  readonly rowClass?: (row: Row) => string | undefined;
}) {
  return (
    <table class={kind}>
      <caption class="hidden">{name}</caption>
      <thead>
        <tr>
          {columns.map((column, at) => (
            <th key={at} scope="col" class={column.class}>
              {column.title}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map((row, number) => (
          <tr key={keyOf(row, number)} class={rowClass?.(row)}>
            {columns.map((column, at) => (
              <Cell key={at} column={column} row={row} />
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Cell<Row>({ column, row }: { readonly column: Column<Row>; readonly row: Row }) {
  const kinds = [column.class, column.cellClass].filter((kind) => kind !== undefined);
  const kind = kinds.length === 0 ? undefined : kinds.join(' ');
  if (column.namesRows === true)
    return (
      <th scope="row" class={kind}>
        {column.cell(row)}
      </th>
    );
  return (
    <td class={kind} data-label={column.label}>
      {column.cell(row)}
    </td>
  );
}
