// The command policy check: what is wrong with a policy, what it means, and what in it defeats itself.

import type { Policy } from '../../index.ts'
import { explainPolicy, policyWarnings } from '../../observe/explain/index.ts'
import { COULD_NOT, DONE, print } from '../exit.ts'
import { isConfigText, mistakeLines, readPolicyFile, readText } from '../policy-file.ts'
import { settingLines, WIDEST } from '../setting-lines.ts'
import { type Paint, paintFor, safeText, wrap } from '../terminal/index.ts'

export interface CheckValues {
  readonly json?: true
  readonly strict?: true
}

export async function policyCheck(
  file: string,
  { json = false, strict = false }: { json?: boolean; strict?: boolean },
): Promise<number> {
  const text = readText(file)
  if (isConfigText(file, text)) return (await import('./config-check.ts')).configCheck(file, text, { json, strict })
  const read = readPolicyFile(file)
  const mistakes = 'mistakes' in read ? read.mistakes : []
  const policy = 'policy' in read ? read.policy : null
  const warnings = policy === null ? [] : policyWarnings(policy)
  const { stdout } = process
  const paint = paintFor(stdout)
  const width = Math.min(stdout.columns ?? WIDEST, WIDEST)
  if (json) {
    const settings = policy === null ? [] : explainPolicy(policy)
    await print(`${JSON.stringify({ file, valid: policy !== null, mistakes, warnings, settings, policy }, null, 2)}\n`)
  } else if (policy === null) {
    const lines = mistakeLines(mistakes).map((line) => wrap(line, width, 4))
    await print(`${paint.red(`${safeText(file)} is no policy:`)}\n${lines.join('\n')}\n`)
  } else await print(explained(safeText(file), policy, warnings, paint, width))
  return policy === null || (strict && warnings.length > 0) ? COULD_NOT : DONE
}

function explained(file: string, policy: Policy, warnings: readonly string[], paint: Paint, width: number): string {
  const settings = settingLines(explainPolicy(policy), paint, width)
  const warned = warnings.map((warning) => paint.yellow(`! ${wrap(warning, width - 2, 2)}`))
  const verdict = warnings.length === 0 ? paint.green(`${file} is sound.`) : paint.yellow(`${file} is sound, but:`)
  const note =
    policy.isFailure === null
      ? `JSON can't say what a failure is: set isFailure in the code where the calls don't throw (fetch does not throw on a 503).`
      : ''
  return `${[...settings, '', verdict, ...warned, ...(note === '' ? [] : [paint.dim(wrap(note, width))])].join('\n')}\n`
}
