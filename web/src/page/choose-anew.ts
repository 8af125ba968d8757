/**
 * To be called when a field for files is pressed: a file that was mended under the same name is another choice, which
 * browsers tell of only then. What was chosen before is not in the field any more.
 */
export function chooseAnew({ target }: Event): void {
  (target as HTMLInputElement).value = '';
}
