export function PlanPage({ job, id }: { readonly job: string; readonly id: string }) {
  return (
    <h1>
      {job} {id}
    </h1>
  );
}
