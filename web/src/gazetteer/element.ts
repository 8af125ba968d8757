import { gazetteerTexts, type GazetteerCatalogue } from '../locale/gazetteer.ts';
import { PageElement } from '../page/element.ts';

/** An element of the page of addresses, which has texts of its own. */
export class GazetteerElement extends PageElement {
  protected get g(): GazetteerCatalogue {
    return gazetteerTexts();
  }

  /** A count for people. */
  protected count(value: number): string {
    return new Intl.NumberFormat(this.t.lang).format(value);
  }
}
