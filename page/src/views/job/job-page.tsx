export function JobPage({ name }: { readonly name: string }) {
  return <h1>{name}</h1>;
}
