// For the mutation tester: the same histories in every run, so that a score can be compared with the one before.
import fc from 'fast-check'

fc.configureGlobal({ seed: 20_260_101 })
