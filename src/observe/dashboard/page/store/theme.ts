// Theme: light, dark, or as the system is. Remembered in this browser; where that is forbidden, until the page is left.
import { effect, signal } from '@preact/signals'

export type Theme = 'system' | 'light' | 'dark'

const KEY = 'switchgear.theme'
const THEMES: readonly Theme[] = ['system', 'light', 'dark']
const systemIsDark = matchMedia('(prefers-color-scheme: dark)')

export const theme = signal<Theme>(remembered())
/** Counts changes of the appearance: canvases are painted again. */
export const repaint = signal(0)

systemIsDark.addEventListener('change', () => repaint.value++)

effect(() => {
  document.documentElement.dataset['theme'] = theme.value
  repaint.value = repaint.peek() + 1
})

export function nextTheme(): void {
  const next = THEMES[(THEMES.indexOf(theme.peek()) + 1) % THEMES.length] ?? 'system'
  theme.value = next
  try {
    localStorage.setItem(KEY, next)
  } catch {
    // Storage is switched off: the choice lasts as long as the page.
  }
}

/** What a custom property of the stylesheet is at the moment, as a colour that a canvas takes. */
export function colour(property: string): string {
  const probe = document.createElement('i')
  probe.style.color = `var(${property})`
  probe.hidden = true
  document.body.append(probe)
  const value = getComputedStyle(probe).color
  probe.remove()
  return value
}

function remembered(): Theme {
  try {
    const value = localStorage.getItem(KEY)
    return THEMES.find((each) => each === value) ?? 'system'
  } catch {
    return 'system'
  }
}
