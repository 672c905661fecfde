import type { Chart } from '../chart.ts';
import { quantities } from '../quantity.ts';
import { escaped } from './markup.ts';
import { svgOf } from './svg.ts';

const STYLE = `
body { font: 14px/1.5 system-ui, 'Segoe UI', Roboto, sans-serif; color: #1f2328; background: #fff; margin: 2em auto; padding: 0 1em; max-width: 110em; }
figure { margin: 0 0 1.5em; overflow-x: auto; }
svg { max-width: 100%; height: auto; }
.table { overflow-x: auto; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
caption { text-align: left; font-weight: 600; padding-bottom: .5em; }
th, td { padding: .25em .9em; border-bottom: 1px solid #e3e6ea; text-align: right; white-space: nowrap; }
thead th { border-bottom: 1px solid #59636e; }
tbody th, thead th:first-child, tfoot th:first-child { text-align: left; font-weight: normal; }
tfoot th, tfoot td { border-top: 1px solid #59636e; font-weight: 600; }
p { color: #59636e; }
@media print { .table, figure { overflow: visible; } }
`;

/** A page with the picture and its numbers, that needs nothing else: no script, no other file. */
export function htmlOf(chart: Chart): string {
  const head = chart.series.map(({ label }) => `<th scope="col">${escaped(label)}</th>`).join('');
  const numbers = [
    ...chart.periods.map((_, column) => {
      const values = chart.series.map(({ values: each }) => each[column] ?? 0);
      return [...values, values.reduce((sum, each) => sum + each, 0)];
    }),
    [...chart.series.map(({ total }) => total), chart.total],
  ];
  // with as many decimals in each row, so that a column can be read down
  const texts = quantities(numbers.flat());
  const width = chart.series.length + 1;
  const [totals = '', ...rows] = [...chart.periods, 'Total']
    .map((period, at) => row(period, texts.slice(at * width, (at + 1) * width)))
    .toReversed();
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escaped(chart.title)}</title>
<style>${STYLE}</style>
</head>
<body>
<figure>
${svgOf(chart)}</figure>
<div class="table">
<table>
<caption>${escaped(chart.yTitle)}</caption>
<thead><tr><th scope="col">${escaped(chart.xTitle)}</th>${head}<th scope="col">All</th></tr></thead>
<tbody>
${rows.toReversed().join('\n')}
</tbody>
<tfoot>${totals}</tfoot>
</table>
</div>
${chart.notes.map((note) => `<p>${escaped(note)}</p>\n`).join('')}</body>
</html>
`;
}

function row(head: string, texts: readonly string[]): string {
  const cells = texts.map((text) => `<td>${escaped(text)}</td>`);
  return `<tr><th scope="row">${escaped(head)}</th>${cells.join('')}</tr>`;
}
