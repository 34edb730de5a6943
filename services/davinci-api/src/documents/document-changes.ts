/** Tells who listens that documents of an organisation were changed by this process. */
export class DocumentChanges {
  readonly #listeners = new Set<(organisationId: string) => void>();

  /** Gives a function that ends the listening. */
  listen(listener: (organisationId: string) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  tell(organisationId: string): void {
    for (const listener of this.#listeners) listener(organisationId);
  }
}
