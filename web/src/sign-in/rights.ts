import type { Session } from './session.ts';

/** What somebody's grants let them do with a jurisdiction's reports, boundaries and addresses. Without grants in the token the server decides. */
export function rightsOf(session: Session, jurisdiction: string): { dispatches: boolean; edits: boolean; rehomes: boolean; addresses: boolean } {
  if (!session.grants) return { dispatches: true, edits: true, rehomes: true, addresses: true };
  const holds = (role: string) => session.grants?.some((one) => one === `${role}@${jurisdiction}` || one === `${role}@*`) ?? false;
  // A dispatcher's grant may name an area: `dispatcher@jurisdiction:area`.
  const dispatches = holds('dispatcher') || session.grants.some((one) => one.startsWith(`dispatcher@${jurisdiction}:`));
  const administers = holds('administrator');
  return { dispatches: dispatches || administers, edits: holds('editor') || administers, rehomes: administers, addresses: administers };
}
