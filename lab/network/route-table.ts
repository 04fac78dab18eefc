import { Route } from './route.js';

/** Every route of the lab's network. */
export class RouteTable {
  readonly #routes = new Map<string, Route>();

  /** All routes, by name. */
  list(): Route[] {
    return [...this.#routes.values()].sort((a, b) => a.name.localeCompare(b.name));
  }

  /**
   * The route of that name, such as `remote-1->istiod` or `istiod->remote-1`.
   *
   * @throws Error that lists the routes there are.
   */
  get(name: string): Route {
    const route = this.#routes.get(name);
    if (!route) {
      const names = this.list().map((one) => one.name);
      throw new Error(`no route "${name}"; there are: ${names.join(', ')}`);
    }
    return route;
  }

  /** The route from one end to the other; made, open, when it is asked for first. */
  between(from: string, to: string): Route {
    const made = new Route(from, to);
    const route = this.#routes.get(made.name) ?? made;
    this.#routes.set(route.name, route);
    return route;
  }

  /** Cuts and forgets every route that begins or ends there. */
  removeEnd(end: string): void {
    for (const route of this.list()) {
      if (route.from !== end && route.to !== end) continue;
      route.cut();
      this.#routes.delete(route.name);
    }
  }
}
