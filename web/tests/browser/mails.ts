import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Waits for a mail to an address that holds a link like this, in the folder where one machine puts its mails, and gives the link. */
export async function linkOfMail(kept: string, to: string, pattern: RegExp): Promise<string> {
  const until = Date.now() + 20_000;
  while (Date.now() < until) {
    const names = await readdir(join(kept, 'mail')).catch(() => []);
    for (const name of names.filter((one) => one.endsWith('.eml'))) {
      const mail = await readFile(join(kept, 'mail', name), 'utf8');
      // Quoted-printable (RFC 2045): soft line breaks, and letters as =HH.
      const text = mail.replace(/=\r?\n/g, '').replace(/=([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(parseInt(hex, 16)));
      const link = text.includes(`To: <${to}>`) ? pattern.exec(text)?.[0] : undefined;
      if (link) return link;
    }
    await new Promise((done) => setTimeout(done, 200));
  }
  throw new Error(`no mail to ${to} holds ${pattern}`);
}
