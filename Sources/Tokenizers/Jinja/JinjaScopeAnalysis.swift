/// Which variables a scope has of its own before anything is assigned to them, as Jinja's compiler decides it.
///
/// A name that a scope assigns to, outside of any condition and without having read it before, is undefined from the scope's
/// beginning: a loop or macro inside that asks earlier finds nothing, even if the caller gave a variable of that name.
struct JinjaScopeAnalysis {
  /// What is known of the names of one scope.
  private struct Symbols {
    /// Names that scopes around this one refer to.
    let outer: Set<JinjaName>
    var references: Set<JinjaName> = []
    var stores: Set<JinjaName> = []
    var hidden: Set<JinjaName> = []

    mutating func load(_ name: JinjaName) {
      if !outer.contains(name) { references.insert(name) }
    }

    mutating func declare(_ name: JinjaName) {
      stores.insert(name)
      references.insert(name)
      hidden.remove(name)
    }

    mutating func store(_ name: JinjaName) {
      stores.insert(name)
      guard references.insert(name).inserted, !outer.contains(name) else { return }
      hidden.insert(name)
    }

    /// Takes over what branches did, of which none may be taken.
    mutating func merge(_ branches: [Symbols]) {
      let known = stores
      for branch in branches {
        references.formUnion(branch.references)
        stores.formUnion(branch.stores)
        hidden.formUnion(branch.hidden)
      }
      hidden.subtract(stores.subtracting(known))
    }
  }

  private var hidden: [[JinjaName]]
  private let loop: JinjaName?

  /// For each scope, the names that are undefined at its beginning.
  static func hiddenNames(
    of body: [JinjaStatement], scopeCount: Int, loop: JinjaName?
  ) -> [[JinjaName]] {
    var analysis = JinjaScopeAnalysis(
      hidden: Array(repeating: [], count: scopeCount), loop: loop)
    analysis.analyse(0, Symbols(outer: []), body)
    return analysis.hidden
  }

  private mutating func analyse(
    _ scope: JinjaScope, _ symbols: Symbols, _ body: [JinjaStatement],
    then rest: [JinjaExpression] = []
  ) {
    var symbols = symbols
    for statement in body { Self.visit(statement, &symbols) }
    for value in rest { value.visitNames { symbols.load($0) } }
    hidden[scope] = symbols.hidden.sorted()
    descend(body, outer: symbols.outer.union(symbols.references))
  }

  /// What a statement does to the names of the scope in which it stands.
  private static func visit(_ statement: JinjaStatement, _ symbols: inout Symbols) {
    func load(_ value: JinjaExpression) { value.visitNames { symbols.load($0) } }
    switch statement {
    case .text, .generation, .leave, .next: break
    case .output(let value, _), .call(let value, _): load(value)
    case .conditional(let branches, let otherwise):
      visit(branches, otherwise, &symbols)
    case .loop(let loop): load(loop.elements)
    case .assignment(let target, let value, _):
      load(value)
      target.visitNames {
        symbols.store($0)
      } load: {
        symbols.load($0)
      }
    case .capture(let target, _, _):
      target.visitNames {
        symbols.store($0)
      } load: {
        symbols.load($0)
      }
    case .macro(let macro): macro.name.map { symbols.store($0) }
    case .filter(let filters, _): for filter in filters { filter.visitNames { symbols.load($0) } }
    case .with(let assignments, _): for assignment in assignments { load(assignment.value) }
    }
  }

  private static func visit(
    _ branches: [JinjaBranch],
    _ otherwise: [JinjaStatement], _ symbols: inout Symbols
  ) {
    func after(_ body: [JinjaStatement], _ start: Symbols) -> Symbols {
      var branch = start
      for statement in body { visit(statement, &branch) }
      return branch
    }
    branches[0].test.visitNames { symbols.load($0) }
    var further = symbols
    for branch in branches.dropFirst() {
      branch.test.visitNames { further.load($0) }
      further.merge([after(branch.body, further)])
    }
    symbols.merge([after(branches[0].body, symbols), further, after(otherwise, symbols)])
  }

  /// Analyses the scopes inside of statements.
  private mutating func descend(_ body: [JinjaStatement], outer: Set<JinjaName>) {
    let symbols = Symbols(outer: outer)
    func declaring(_ target: JinjaTarget) -> Symbols {
      var symbols = symbols
      target.visitNames {
        symbols.declare($0)
      } load: {
        symbols.load($0)
      }
      return symbols
    }
    for statement in body {
      switch statement {
      case .text, .output, .assignment, .leave, .next: break
      case .conditional(let branches, let otherwise):
        for branch in branches { descend(branch.body, outer: outer) }
        descend(otherwise, outer: outer)
      case .loop(let statement):
        var inside = declaring(statement.target)
        if let test = statement.test { analyse(statement.testScope, inside, [], then: [test]) }
        if let loop { inside.declare(loop) }
        analyse(statement.block.scope, inside, statement.block.body)
        analyse(statement.otherwise.scope, symbols, statement.otherwise.body)
      case .capture(_, _, let block), .generation(let block):
        analyse(block.scope, symbols, block.body)
      case .macro(let macro), .call(_, let macro): analyse(macro, symbols)
      case .filter(let filters, let block):
        analyse(
          block.scope, symbols, block.body, then: [.postfix(.none, filters)])
      case .with(let assignments, let block):
        var inside = symbols
        for assignment in assignments {
          assignment.target.visitNames {
            inside.declare($0)
          } load: {
            inside.load($0)
          }
        }
        analyse(block.scope, inside, block.body)
      }
    }
  }

  private mutating func analyse(_ macro: JinjaMacroStatement, _ symbols: Symbols) {
    var symbols = symbols
    for parameter in macro.parameters { symbols.declare(parameter) }
    for value in macro.defaults { value.visitNames { symbols.load($0) } }
    analyse(macro.block.scope, symbols, macro.block.body)
  }
}
