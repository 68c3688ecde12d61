import type { Palette } from './plot';

/** The theme's colours as they stand on the page now. */
export function themePalette(): Palette {
  const style = getComputedStyle(document.documentElement);
  const of = (name: string) => style.getPropertyValue(`--${name}`).trim();
  return {
    ink: of('on-card'),
    soft: of('on-card-soft'),
    grid: of('card-line'),
    card: of('card'),
    fill: of('plot-fill'),
    second: of('plot-second'),
    third: of('plot-third'),
    warning: of('warning'),
    heat: [of('heat-1'), of('heat-2'), of('heat-3'), of('heat-4'), of('heat-5')],
    font: of('font'),
  };
}
