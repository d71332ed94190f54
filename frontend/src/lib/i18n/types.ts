/** A text of the catalogue: plain, or in the plural forms of its language, chosen by the parameter `n`. */
export type Message = string | { readonly one?: string; readonly other: string };

export type Params = Readonly<Record<string, string | number>>;

/** The names between braces in a text. */
type Names<S> = S extends `${string}{${infer Name}}${infer Rest}` ? Name | Names<Rest> : never;

/** The parameters that a message asks for; a plural always asks for `n`. */
export type ParamsOf<M> = M extends string
  ? Names<M>
  : M extends { readonly other: infer Other }
    ? Names<Other> | 'n' | (M extends { readonly one: infer One } ? Names<One> : never)
    : never;

/** What another language must give for an area: the same keys, with free texts. */
export type Translated<Area> = {
  readonly [Key in keyof Area]: Area[Key] extends string
    ? string
    : { readonly one?: string; readonly other: string };
};
