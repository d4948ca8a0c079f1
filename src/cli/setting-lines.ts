// SettingLines: the settings of a policy in words, as lines for a terminal.
import type { ExplainedSetting } from '../observe/explain/index.ts'
import { type Paint, wrap } from './terminal/index.ts'

/** Longer lines are hard to read, however wide the terminal is. */
export const WIDEST = 100

export function settingLines(settings: readonly ExplainedSetting[], paint: Paint, width: number): string[] {
  return settings.flatMap(({ setting, value, meaning }) => [
    `${paint.bold(setting)}  ${paint.cyan(value)}`,
    `  ${wrap(meaning, width - 2, 2)}`,
  ])
}
