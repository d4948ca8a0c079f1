// Environment: `${NAME}` and `${NAME:-default}` in the values of a file.

/** The environment for `${NAME}`: `process.env`, or an object like it. */
export type Environment = Readonly<Record<string, string | undefined>>

export type Substituted = { readonly text: string } | { readonly missing: string } | { readonly malformed: string }

const REFERENCE = /\$\{([^}]*)(\}?)/g
const NAME = /^([A-Za-z_][A-Za-z0-9_]*)(?::-([\s\S]*))?$/

/** Whether there is something to substitute. */
export function hasReference(text: string): boolean {
  return text.includes('${')
}

/** As in a shell, `:-` also replaces a variable that is empty. Space around the result is trimmed. */
export function substitute(text: string, environment: Environment): Substituted {
  let wrong: Substituted | undefined
  const substituted = text.replace(REFERENCE, (whole: string, inner: string, end: string) => {
    const [, name, otherwise] = NAME.exec(inner) ?? []
    if (name === undefined || end === '') {
      wrong ??= { malformed: whole }
      return ''
    }
    // An inherited property is no variable.
    const value = Object.hasOwn(environment, name) ? environment[name] : undefined
    if (value === undefined && otherwise === undefined) wrong ??= { missing: name }
    return (otherwise === undefined ? value : value || otherwise) ?? ''
  })
  return wrong ?? { text: substituted.trim() }
}
