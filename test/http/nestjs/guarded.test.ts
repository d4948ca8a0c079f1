// What `Guarded` makes of a method: what stays as it was, whose registry it asks, and what it refuses.
import 'reflect-metadata'
import { Injectable, Scope, SetMetadata } from '@nestjs/common'
import { of } from 'rxjs'
import { describe, expect, it } from 'vitest'
import { Guarded, SwitchgearModule } from '../../../src/http/nestjs/index.ts'
import { ArgumentError, createRegistry, PolicyError, Registry } from '../../../src/index.ts'
import { statesIn } from '../../support/registries.ts'
import { newApplication } from './applications.ts'

@Injectable()
class Books {
  shelf = 'poetry'

  @SetMetadata('above', 1)
  @Guarded('books')
  @SetMetadata('below', 2)
  async find(title: string, page: number): Promise<string> {
    return `${this.shelf}: ${title}, page ${page}`
  }

  findTwice(title: string): Promise<string[]> {
    return Promise.all([this.find(title, 1), this.find(title, 2)])
  }

  @Guarded('books')
  async refuse(error: unknown): Promise<never> {
    throw error
  }
}

async function newBooks(registry = createRegistry()) {
  const app = await newApplication(SwitchgearModule.forRoot({ registry }), { providers: [Books] })
  return { books: app.get(Books), registry, stats: () => registry.breaker('books').stats().calls }
}

describe('a guarded method', () => {
  it('keeps its name, its length and what decorators above and below it have noted', () => {
    const { find } = Books.prototype
    expect([find.name, find.length]).toEqual(['find', 2])
    expect([Reflect.getMetadata('above', find), Reflect.getMetadata('below', find)]).toEqual([1, 2])
    expect(Reflect.getMetadata('design:paramtypes', Books.prototype, 'find')).toEqual([String, Number])
  })

  it('keeps what was noted as a property of the function', () => {
    function noted() {}
    noted.note = 'mine'
    const descriptor: TypedPropertyDescriptor<() => Promise<unknown>> = { value: noted as never, configurable: true }
    Guarded('a')({}, 'noted', descriptor)
    expect(descriptor.value).toHaveProperty('note', 'mine')
  })

  it('has its instance, its arguments and its value, and counts at its breaker', async () => {
    const { books, stats } = await newBooks()
    books.shelf = 'drama'
    expect(await books.find('Faust', 3)).toBe('drama: Faust, page 3')
    expect(stats()).toMatchObject({ allowed: 1, succeeded: 1 })
  })

  it('is guarded also when its own class calls it', async () => {
    const { books, stats } = await newBooks()
    await books.findTwice('Faust')
    expect(stats().succeeded).toBe(2)
  })

  it('rejects with the very error it threw, and shares the breaker of its name', async () => {
    const { books, registry } = await newBooks()
    const bug = new Error('a bug')
    for (let n = 0; n < 5; n++) await expect(books.refuse(bug)).rejects.toBe(bug)
    await expect(books.find('Faust', 1)).rejects.toMatchObject({ code: 'BREAKER_OPEN', endpoint: 'books' })
    expect(statesIn(registry)).toEqual([{ endpoint: 'books', state: 'open' }])
  })

  it('asks the registry of its own application, though classes are shared', async () => {
    const one = await newBooks()
    const other = await newBooks()
    one.registry.breaker('books').trip()
    await expect(one.books.find('Faust', 1)).rejects.toMatchObject({ code: 'BREAKER_OPEN' })
    expect(await other.books.find('Faust', 1)).toBe('poetry: Faust, page 1')
  })

  it('is guarded in a subclass, and in an instance that is made for each request', async () => {
    @Injectable({ scope: Scope.TRANSIENT })
    class Rare extends Books {
      @Guarded('rare')
      async open(): Promise<string> {
        return this.find('Codex', 1)
      }
    }
    const registry = createRegistry()
    const app = await newApplication(SwitchgearModule.forRoot({ registry }), { providers: [Rare] })
    const [one, other] = [await app.resolve(Rare), await app.resolve(Rare)]
    expect([await one.open(), await other.open()]).toEqual(['poetry: Codex, page 1', 'poetry: Codex, page 1'])
    expect(one).not.toBe(other)
    const succeeded = registry.stats().map(({ endpoint, calls }) => [endpoint, calls.succeeded])
    expect(succeeded).toEqual([
      ['rare', 2],
      ['books', 2],
    ])
  })

  it('that was not async gives a promise now, and one that gives an Observable is refused', async () => {
    @Injectable()
    class Plain {
      // @ts-expect-error: its type would not say that it gives a promise
      @Guarded('sum')
      sum(a: number, b: number): number {
        return a + b
      }
      // @ts-expect-error: nor here
      @Guarded('watch')
      watch() {
        return of(1)
      }
    }
    const app = await newApplication(SwitchgearModule.forRoot(), { providers: [Plain] })
    const plain = app.get(Plain)
    expect(plain.sum(1, 2)).toBeInstanceOf(Promise)
    expect(await plain.sum(1, 2)).toBe(3)
    await expect(plain.watch()).rejects.toThrow(
      'Plain.watch: expected a value or a promise, as lastValueFrom makes it, received',
    )
  })

  it('needs an instance that Nest made', async () => {
    const refused = 'Books.find: expected an instance that Nest made, with SwitchgearModule in its application'
    await expect(new Books().find('Faust', 1)).rejects.toThrow(refused)
    const { find } = Books.prototype
    await expect(find.call(undefined as never, 'Faust', 1)).rejects.toThrow(refused)
  })

  it('needs SwitchgearModule in the application: Nest says so when it starts', async () => {
    class Nothing {}
    const starting = newApplication({ module: Nothing }, { providers: [Books] })
    await expect(starting).rejects.toThrow(/can't resolve dependencies of the Books/)
  })

  it('with a policy binds it, and rejects where its registry has no room for it', async () => {
    const registry = createRegistry({ maxBreakers: 1, policies: { '*': { successThreshold: 7 } } })
    class Full {
      @Guarded('full', { policy: { failureThreshold: 1 } })
      async run(): Promise<string> {
        return 'ran'
      }
    }
    Injectable()(Full)
    const app = await newApplication(SwitchgearModule.forRoot({ registry }), { providers: [Full] })
    registry.breaker('other').trip()
    await expect(app.get(Full).run()).rejects.toMatchObject({ code: 'REGISTRY_FULL' })
    registry.delete('other')
    expect(await app.get(Full).run()).toBe('ran')
    expect(registry.breaker('full').policy).toMatchObject({ failureThreshold: 1, successThreshold: 7 })
  })
})

describe('Guarded refuses', () => {
  it.each([
    [() => Guarded(undefined as never), ArgumentError, '@Guarded(name): expected a string, received undefined'],
    [() => Guarded('a', null as never), ArgumentError, 'expected an object: { policy, fallback }'],
    [() => Guarded('a', { polcy: {} } as never), ArgumentError, 'did you mean policy?'],
    [() => Guarded('a', { fallback: 'find' as never }), ArgumentError, 'options.fallback: expected a function'],
    [() => Guarded('a', { policy: { failureThreshold: 0 } }), PolicyError, 'policy.failureThreshold'],
  ])('%# wrong arguments when the class is declared', (declare, type, message) => {
    expect(declare).toThrow(type)
    expect(declare).toThrow(message)
  })

  it.each([
    ['a static method', Books, 'find', { value: () => {} }],
    ['an accessor', {}, 'size', { get: () => 1 }],
    ['a property', {}, 'size', undefined],
    ['nothing at all', undefined, undefined, undefined],
    ['a decorator of the standard', async () => {}, { kind: 'method', name: 'find' }, undefined],
  ])('what is no method of instances: %s', (_, target, key, descriptor) => {
    expect(() => Guarded('a')(target as never, key as never, descriptor as never)).toThrow(
      `@Guarded('a'): expected a method of instances, with "experimentalDecorators": true in tsconfig.json`,
    )
  })
})

it('the registry is a provider like others, by its class', async () => {
  @Injectable()
  class Health {
    constructor(readonly registry: Registry) {}
  }
  const registry = createRegistry()
  const app = await newApplication(SwitchgearModule.forRoot({ registry }), { providers: [Health] })
  expect(app.get(Health).registry).toBe(registry)
  expect(app.get(Registry)).toBe(registry)
})
