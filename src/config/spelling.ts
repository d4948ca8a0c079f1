// Spelling: keys are written as `openTimeout` or as `open_timeout`; both are one option.

/** As options are named: `open_timeout` is `openTimeout`. */
export function camelCase(key: string): string {
  return key.replace(/(?<=[a-z])_([a-z])/g, (_, letter: string) => letter.toUpperCase())
}

/** As files often write them: `openTimeout` is `open_timeout`. */
export function snakeCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
}

/** The names in the style in which `key` is written. */
export function inStyleOf(key: string, names: readonly string[]): string[] {
  return /[a-z]_[a-z]/.test(key) ? names.map(snakeCase) : [...names]
}
