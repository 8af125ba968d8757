import { en } from './en.ts';
import { zh, type Catalogue } from './zh.ts';

export type { Catalogue };

/** The languages of the client; also the keys of the contract's `Text`. */
export type Language = 'zh' | 'en';

export const catalogues: Readonly<Record<Language, Catalogue>> = { zh, en };

const kept = 'weige.language';

/** The language to begin with: the one chosen before, else the first of the browser's that there is a catalogue for, else English. */
export function firstLanguage(chosen: string | null, preferred: readonly string[]): Language {
  if (chosen === 'zh' || chosen === 'en') return chosen;
  for (const tag of preferred) {
    const language = tag.toLowerCase().split('-')[0];
    if (language === 'zh' || language === 'en') return language;
  }
  return 'en';
}

type Listener = () => void;

/** What language the page speaks. Elements listen and draw themselves again when it changes. */
class Locale {
  language: Language;
  private readonly listeners = new Set<Listener>();

  constructor() {
    this.language = firstLanguage(remembered(), navigator.languages ?? [navigator.language]);
    document.documentElement.lang = this.texts.lang;
  }

  get texts(): Catalogue {
    return catalogues[this.language];
  }

  choose(language: Language): void {
    this.language = language;
    document.documentElement.lang = this.texts.lang;
    try {
      localStorage.setItem(kept, language);
    } catch {
      // Storage may be forbidden; the choice then lasts as long as the page.
    }
    for (const tell of this.listeners) tell();
  }

  listen(listener: Listener): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }
}

function remembered(): string | null {
  try {
    return localStorage.getItem(kept);
  } catch {
    return null;
  }
}

let one: Locale | undefined;

/** The page's one locale, made when first asked for so that tests of pure functions need no browser. */
export function locale(): Locale {
  one ??= new Locale();
  return one;
}
