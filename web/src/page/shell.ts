import { html, nothing, type TemplateResult } from 'lit';
import { said } from '../locale/format.ts';
import { locale, type Catalogue } from '../locale/locale.ts';
import { pageAddress, type Setting } from './settings.ts';

export type PageName = 'report' | 'track' | 'dispatch' | 'mine' | 'edit' | 'gazetteer';

const paths: Record<PageName, string> = { report: '/', track: '/track/', dispatch: '/dispatch/', mine: '/mine/', edit: '/edit/', gazetteer: '/gazetteer/' };

/** Pages that are only named to those who work on such things. */
const forFew: readonly PageName[] = ['edit', 'gazetteer'];

interface Shell {
  page: PageName;
  t: Catalogue;
  setting: Setting | undefined;
  content: unknown;
  /** What stands at the end of the header, such as who is signed in. */
  account?: unknown;
  /** Which of the pages for few are named. */
  few?: readonly PageName[];
  /** Who uses it is still asked: what stands in the header takes its place once that is known, so that nothing moves. */
  asking?: boolean;
}

/** The frame of every page: the way past it, where one is, the other pages, the language, and whether all this is made up. */
export function shell({ page, t, setting, content, account, few = [], asking = false }: Shell): TemplateResult {
  const names: Record<PageName, string> = { report: t.navReport, track: t.navTrack, dispatch: t.navDispatch, mine: t.navMine, edit: t.navEdit, gazetteer: t.navGazetteer };
  const title = { report: t.titleReport, track: t.titleTrack, dispatch: t.titleDispatch, mine: t.titleMine, edit: t.titleEdit, gazetteer: t.titleGazetteer }[page];
  const where = setting ? said(setting.jurisdiction.name, locale().language) : '';
  document.title = [title, where, t.brand].filter(Boolean).join(' · ');
  return html`
    <a class="skip" href="#content">${t.skip}</a>
    <header class="top" ?data-asking=${asking}>
      <a class="brand" href=${pageAddress('/', location.search)}>
        <svg viewBox="0 0 32 32" aria-hidden="true"><path d="M5 12.5h22M5 20h22M12.5 5v22M20 5v22" /><circle cx="16.2" cy="16.2" r="4.4" /></svg>
        <span class="brand-name">${t.brand}</span>
        <span class="brand-place">${where}</span>
      </a>
      <nav aria-label=${t.navLabel}>
        ${(Object.keys(paths) as PageName[]).filter((name) => !forFew.includes(name) || name === page || few.includes(name)).map((name) => html`
          <a href=${pageAddress(paths[name], location.search)} aria-current=${name === page ? 'page' : nothing}>${names[name]}</a>`)}
      </nav>
      <div class="account">
        ${account ?? nothing}
        <button type="button" class="quiet" lang=${locale().language === 'zh' ? 'en' : 'zh-CN'} @click=${switchLanguage}>${t.languageSwitch}</button>
      </div>
    </header>
    ${setting ? html`${setting.jurisdiction.synthetic ? syntheticStrip(t) : nothing}<main id="content" class=${page} tabindex="-1">${content}</main>`
      // Another element than the one to come, so that nothing moves when it comes.
      : html`<main id="content" tabindex="-1">${content}</main>`}`;
}

function syntheticStrip(t: Catalogue): TemplateResult {
  return html`<aside class="synthetic" aria-label=${t.synthetic}><p><strong><span lang="zh-CN">演示数据（虚构）</span> / <span lang="en">Synthetic demo data</span></strong> <span class="synthetic-note">${t.syntheticNote}</span></p></aside>`;
}

/** The label on the map; in both languages, because pictures of maps travel. */
export function syntheticBadge(): TemplateResult {
  return html`<span class="map-badge"><span lang="zh-CN">演示数据（虚构）</span> <span lang="en">Synthetic demo data</span></span>`;
}

function switchLanguage(): void {
  locale().choose(locale().language === 'zh' ? 'en' : 'zh');
}

/** What a page shows while it knows nothing yet, or when that failed. */
export function opening(t: Catalogue, failed: boolean, again: () => void): TemplateResult {
  if (!failed) return html`<p class="opening" role="status">${t.loading}</p>`;
  return html`<div class="opening notice bad" role="alert"><p>${t.loadFailed}</p><button type="button" @click=${again}>${t.tryAgain}</button></div>`;
}
