export function StagePage({ address }: { readonly address: string | undefined }) {
  return <h1>Stage {address}</h1>;
}
