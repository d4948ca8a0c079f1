// Text: what is said of an option. Not in the core, which loads none of it.
import type { Classifier, OutcomeRules, Policy, PolicyOptions } from '../../../index.ts'

/** An option's value under a policy, and what that means, as one or more sentences. */
export type Told = readonly [value: string, meaning: string]

export interface OptionText<Option> {
  /** What it is, in a sentence: for the table of docs/policy.md, and for editors, by the JSON Schema of files. */
  readonly about: string
  /** When to change it, in a sentence; `''` where `about` says so. */
  readonly when: string
  /** Where docs/policy.md says more: the heading's anchor. */
  readonly see?: string
  /** Of an option that is an object: its members, what it is and what it is by default. */
  readonly members: MembersOf<Option>
  /** For people: what it is set to, and what that means for this very policy. It names the figures of the others that it works with. */
  explain(policy: Policy): Told
}

export interface MemberText<Member> {
  readonly about: string
  /** What it is when left out, where the schema has no default for it. */
  readonly otherwise?: string
  readonly members: MembersOf<Member>
}

type Plain = string | number | boolean | Classifier | OutcomeRules
type MembersOf<Option> = [NonNullable<Option>] extends [Plain]
  ? null
  : { readonly [M in keyof NonNullable<Option>]-?: MemberText<NonNullable<Option>[M]> }

export type TextsOf<Name extends keyof PolicyOptions> = { readonly [N in Name]-?: OptionText<PolicyOptions[N]> }

export const NONE = 'none'
