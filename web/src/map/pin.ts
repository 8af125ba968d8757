const svg = 'http://www.w3.org/2000/svg';

/** The pin as a button: it can be dragged, tapped and moved by keys. */
export function pinElement(): HTMLElement {
  const button = document.createElement('button');
  button.type = 'button';
  button.className = 'pin';
  const drawing = document.createElementNS(svg, 'svg');
  drawing.setAttribute('viewBox', '0 0 44 54');
  drawing.setAttribute('aria-hidden', 'true');
  const drop = document.createElementNS(svg, 'path');
  drop.setAttribute('d', 'M22 52C22 52 38 33 38 19A16 16 0 0 0 6 19C6 33 22 52 22 52Z');
  const eye = document.createElementNS(svg, 'circle');
  for (const [name, value] of [['cx', '22'], ['cy', '19'], ['r', '6']] as const) eye.setAttribute(name, value);
  drawing.append(drop, eye);
  button.append(drawing);
  return button;
}
