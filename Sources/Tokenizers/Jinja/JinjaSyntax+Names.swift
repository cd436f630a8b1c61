/// Walks over the names in a template, in the order in which Jinja's compiler meets them.

extension JinjaExpression {
  /// Calls `load` with each name that the expression reads.
  func visitNames(_ load: (JinjaName) -> Void) {
    switch self {
    case .none, .boolean, .integer, .float, .string: break
    case .name(let name): load(name)
    case .list(let parts), .tuple(let parts), .and(let parts), .or(let parts),
      .concatenation(let parts):
      for part in parts { part.visitNames(load) }
    case .dictionary(let members):
      for member in members {
        member.key.visitNames(load)
        member.value.visitNames(load)
      }
    case .not(let value), .sign(_, let value): value.visitNames(load)
    case .comparison(let first, let operations), .arithmetic(let first, let operations):
      first.visitNames(load)
      for operation in operations { operation.operand.visitNames(load) }
    case .conditional(let value, let test, let otherwise):
      test.visitNames(load)
      value.visitNames(load)
      otherwise?.visitNames(load)
    case .postfix(let value, let applied):
      value.visitNames(load)
      for postfix in applied { postfix.visitNames(load) }
    }
  }
}

extension JinjaPostfix {
  /// Calls `load` with each name that its arguments read.
  func visitNames(_ load: (JinjaName) -> Void) {
    switch kind {
    case .attribute: break
    case .item(let value): value.visitNames(load)
    case .slice(let start, let end, let step):
      for value in [start, end, step] { value?.visitNames(load) }
    case .call(let arguments), .filter(_, let arguments), .test(_, let arguments, _):
      for value in arguments.positional { value.visitNames(load) }
      for argument in arguments.named { argument.value.visitNames(load) }
      arguments.rest?.visitNames(load)
    }
  }
}

extension JinjaTarget {
  /// Calls `store` with each name that is assigned to, and `load` with each of which a member is.
  func visitNames(_ store: (JinjaName) -> Void, load: (JinjaName) -> Void) {
    switch self {
    case .name(let name): store(name)
    case .member(let name, _): load(name)
    case .tuple(let targets): for target in targets { target.visitNames(store, load: load) }
    }
  }
}

extension JinjaScopeAnalysis {
  /// The names that statements read without having assigned to them before.
  static func freeNames(of body: [JinjaStatement]) -> Set<JinjaName> {
    var walk = FreeNames()
    walk.visit(body)
    return walk.free
  }

  private struct FreeNames {
    var free: Set<JinjaName> = []
    private var assigned: Set<JinjaName> = []

    private mutating func load(_ name: JinjaName) {
      if !assigned.contains(name) { free.insert(name) }
    }

    private mutating func load(_ values: [JinjaExpression]) {
      for value in values { value.visitNames { load($0) } }
    }

    private mutating func store(_ target: JinjaTarget) {
      var loaded: [JinjaName] = []
      target.visitNames {
        assigned.insert($0)
      } load: {
        loaded.append($0)
      }
      for name in loaded { load(name) }
    }

    mutating func visit(_ body: [JinjaStatement]) {
      for statement in body { visit(statement) }
    }

    private mutating func visit(_ statement: JinjaStatement) {
      switch statement {
      case .text, .leave, .next: break
      case .output(let value, _): load([value])
      case .conditional(let branches, let otherwise):
        for branch in branches {
          load([branch.test])
          visit(branch.body)
        }
        visit(otherwise)
      case .loop(let loop):
        store(loop.target)
        load([loop.elements])
        visit(loop.block.body)
        visit(loop.otherwise.body)
        load(loop.test.map { [$0] } ?? [])
      case .assignment(let target, let value, _):
        store(target)
        load([value])
      case .capture(let target, let filters, let block):
        store(target)
        load([.postfix(.none, filters)])
        visit(block.body)
      case .macro(let macro): visit(macro)
      case .call(let call, let macro):
        load([call])
        visit(macro)
      case .filter(let filters, let block):
        visit(block.body)
        load([.postfix(.none, filters)])
      case .with(let assignments, let block):
        for assignment in assignments { store(assignment.target) }
        load(assignments.map(\.value))
        visit(block.body)
      case .generation(let block): visit(block.body)
      }
    }

    private mutating func visit(_ macro: JinjaMacroStatement) {
      for parameter in macro.parameters { assigned.insert(parameter) }
      load(macro.defaults)
      visit(macro.block.body)
    }
  }
}
