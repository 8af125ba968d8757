import type { Session } from './session.ts';

/** What somebody's grants let them do with a jurisdiction's boundaries and addresses. Without grants in the token the server decides. */
export function rightsOf(session: Session, jurisdiction: string): { edits: boolean; rehomes: boolean; addresses: boolean } {
  if (!session.grants) return { edits: true, rehomes: true, addresses: true };
  const holds = (role: string) => session.grants?.some((one) => one === `${role}@${jurisdiction}` || one === `${role}@*`) ?? false;
  const administers = holds('administrator');
  return { edits: holds('editor') || administers, rehomes: administers, addresses: administers };
}
