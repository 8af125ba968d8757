/** Areas as the server answers them: a piece, and the cursor of the next one. */
interface Piece {
  features: { [key: string]: unknown }[];
  next?: string;
  revision?: number;
  removed?: string[];
}

/** Reads areas piece after piece, until all are there or somebody no longer wants them; then it throws as `ask` does. */
export async function readAreas<P extends Piece>(ask: (cursor: { cursor?: string }) => Promise<P>): Promise<P> {
  const all = await ask({});
  for (let { next } = all; next;) {
    const piece = await ask({ cursor: next });
    all.features.push(...piece.features);
    next = piece.next;
  }
  return all;
}
