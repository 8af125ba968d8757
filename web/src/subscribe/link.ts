/** What a link of a mail asks for, by a token that opens nothing else. */
export interface Link {
  what: 'confirm' | 'manage' | 'end' | 'report';
  token: string;
}

/** The link in the fragment of an address, or undefined. Fragments are sent to no server and stand in no log. */
export function linkIn(hash: string): Link | undefined {
  const found = /^#(confirm|manage|end|report)=([A-Za-z0-9_-]{44})$/.exec(hash);
  return found ? { what: found[1] as Link['what'], token: found[2] as string } : undefined;
}
