/** Stands between where something comes from and where it goes; read aloud as "to". */
export function ToSign() {
  return (
    <>
      <span aria-hidden="true">→</span>
      <span class="hidden">to</span>
    </>
  );
}
