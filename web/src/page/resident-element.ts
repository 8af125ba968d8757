import { residentTexts, type ResidentCatalogue } from '../locale/resident.ts';
import { PageElement } from './element.ts';

/** An element of the residents' pages. */
export class ResidentElement extends PageElement {
  protected override get t(): ResidentCatalogue {
    return residentTexts();
  }
}
