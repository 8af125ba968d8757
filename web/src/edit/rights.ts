import type { Session } from '../sign-in/session.ts';

/** What somebody's grants let them do with a jurisdiction's boundaries. Without grants in the token the server decides. */
export function rightsOf(session: Session, jurisdiction: string): { edits: boolean; rehomes: boolean } {
  if (!session.grants) return { edits: true, rehomes: true };
  const holds = (role: string) => session.grants?.some((one) => one === `${role}@${jurisdiction}` || one === `${role}@*`) ?? false;
  return { edits: holds('editor') || holds('administrator'), rehomes: holds('administrator') };
}
