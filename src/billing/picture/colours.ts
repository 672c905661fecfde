/** Ten colours that most people with a colour weakness tell apart, in the order of the series. */
const COLOURS = [
  '#4269d0',
  '#efb118',
  '#ff725c',
  '#6cc5b0',
  '#3ca951',
  '#ff8ab7',
  '#a463f2',
  '#97bbf5',
  '#9c6b4e',
  '#9498a0',
] as const;

export const colourOf = (series: number): string => COLOURS[series % COLOURS.length] ?? COLOURS[0];
