// The command policy check for a configuration file: every policy in it, and every mistake at its place.
import { ConfigError, type FilePolicies, parsePolicies } from '../../config/index.ts'
import { type Policy, resolvePolicy } from '../../index.ts'
import { type ExplainedSetting, explainPolicy, policyWarnings } from '../../observe/explain/index.ts'
import { COULD_NOT, DONE, print } from '../exit.ts'
import { settingLines, WIDEST } from '../setting-lines.ts'
import { type Paint, paintFor, safeText, wrap } from '../terminal/index.ts'

interface Checked {
  readonly name: string
  /** Of a name, those that the default has not. */
  readonly settings: readonly ExplainedSetting[]
  readonly warnings: readonly string[]
  readonly policy: Policy
}

export async function configCheck(
  file: string,
  text: string,
  { json, strict }: { json: boolean; strict: boolean },
): Promise<number> {
  const read = readPolicies(file, text)
  const isValid = !(read instanceof ConfigError)
  const policies = isValid ? checked(read) : []
  const ofFile = isValid
    ? read.warnings.map(({ line, column, path, message }) => `${line}:${column} ${path}: ${message}`)
    : []
  const warnings = [
    ...ofFile,
    ...policies.flatMap(({ name, warnings }) => warnings.map((warning) => `${name}: ${warning}`)),
  ]
  if (json) {
    const mistakes = isValid ? [] : read.mistakes
    await print(`${JSON.stringify({ file, valid: isValid, mistakes, warnings, policies }, null, 2)}\n`)
  } else if (isValid) await print(explained(safeText(file), policies, warnings))
  else await print(`${read.message.split('\n').map(safeText).join('\n')}\n`)
  return !isValid || (strict && warnings.length > 0) ? COULD_NOT : DONE
}

function readPolicies(file: string, text: string): FilePolicies | ConfigError {
  try {
    return parsePolicies(text, { file })
  } catch (error) {
    if (error instanceof ConfigError) return error
    throw error
  }
}

/** What is warned of in the default is not warned of again for each name. */
function checked({ policy, policies }: FilePolicies): Checked[] {
  const shared = resolvePolicy(policy)
  const settings = explainPolicy(shared)
  const warnings = policyWarnings(shared)
  const named = Object.entries(policies).map(([name, options]): Checked => {
    const own = resolvePolicy(options, shared)
    const others = explainPolicy(own).filter(({ value }, index) => value !== settings[index]?.value)
    return {
      name,
      settings: others,
      warnings: policyWarnings(own).filter((text) => !warnings.includes(text)),
      policy: own,
    }
  })
  return [{ name: 'default', settings, warnings, policy: shared }, ...named]
}

function explained(file: string, policies: readonly Checked[], warnings: readonly string[]): string {
  const { stdout } = process
  const paint: Paint = paintFor(stdout)
  const width = Math.min(stdout.columns ?? WIDEST, WIDEST)
  const sections = policies.flatMap(({ name, settings }) => [
    paint.green(safeText(name)),
    ...(settings.length === 0 ? ['as the default'] : settingLines(settings, paint, width)),
    '',
  ])
  const warned = warnings.map((warning) => paint.yellow(`! ${wrap(safeText(warning), width - 2, 2)}`))
  const verdict = warnings.length === 0 ? paint.green(`${file} is sound.`) : paint.yellow(`${file} is sound, but:`)
  return `${[...sections, verdict, ...warned].join('\n')}\n`
}
