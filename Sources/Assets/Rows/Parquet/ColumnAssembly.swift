/// Makes columns of the values and levels that were read of their leaves: lists, objects and nulls.
///
/// A place for a value of a field is an entry of a leaf below it with at most the field's repetition level and at least its
/// ``ParquetField/placeLevel``. All leaves below have to agree on them.
struct ColumnAssembly {
  /// How many rows.
  let rowCount: Int
  /// The readers by their leaves' indices, with what of theirs belongs to the rows.
  let slices: [Int: Slice]

  /// What belongs to the rows of a leaf.
  struct Slice {
    let reader: LeafReader
    let entries: Int
    let values: Int
  }

  /// The column of a field.
  ///
  /// - Throws: ``ParquetDamage`` if leaves do not agree, or texts are not UTF-8.
  func column(_ field: ParquetField) throws -> Column {
    switch field.kind {
    case .leaf(let leaf): return try column(leaf, field)
    case .structure(let members):
      let shape = try agreed(field) { places(of: field, $0) }
      let columns = try members.map { member in
        NamedColumn(name: member.name, column: try column(member))
      }
      return Column(
        count: shape.count, validity: shape.validity, values: .structure(columns))
    case .list(let element):
      let lists = try agreed(field) { offsets(of: field, element, $0) }
      return Column(
        count: lists.offsets.count - 1, validity: lists.places.validity,
        values: .list(offsets: lists.offsets, elements: try column(element)))
    case .unreadable(let type):
      throw ParquetDamage(
        "has a column '\(field.name)' of \(type), which this reader does not know", at: 0)
    }
  }

  /// What the first leaf below a field gives, after it was compared with what all the others give.
  private func agreed<Shape: Equatable>(_ field: ParquetField, _ shape: (Slice) -> Shape) throws
    -> Shape
  {
    var agreed: Shape?
    for leaf in field.leaves {
      guard let slice = slices[leaf.index] else { continue }
      let shape = shape(slice)
      guard agreed == nil || agreed == shape else {
        throw slice.reader.damage("does not agree with others on the lists or nulls")
      }
      agreed = shape
    }
    guard let agreed else {
      throw ParquetDamage("has a field '\(field.name)' without values", at: 0)
    }
    return agreed
  }
}

// MARK: - Shapes

extension ColumnAssembly {
  /// How many places a field has, and which of them are not null.
  fileprivate struct Places: Equatable {
    var count: Int
    var validity: [Bool]?
  }

  private struct Lists: Equatable {
    var places: Places
    var offsets: [Int]
  }

  private func places(of field: ParquetField, _ slice: Slice) -> Places {
    let isNullable = field.presentLevel > field.placeLevel
    guard field.repetition > 0 || isNullable else {
      return Places(count: rowCount, validity: nil)
    }
    let definitions = slice.reader.definitions.base
    let repetitions = slice.reader.repetitions.base
    let hasLists = slice.reader.leaf.maxRepetition > 0
    var validity: [Bool] = []
    validity.reserveCapacity(slice.entries)
    for entry in 0..<slice.entries {
      guard !hasLists || repetitions[entry] <= field.repetition,
        definitions[entry] >= field.placeLevel
      else { continue }
      validity.append(definitions[entry] >= field.presentLevel)
    }
    return Places(
      count: validity.count, validity: validity.allSatisfy { $0 } ? nil : validity)
  }

  private func offsets(of field: ParquetField, _ element: ParquetField, _ slice: Slice) -> Lists {
    let definitions = slice.reader.definitions.base
    let repetitions = slice.reader.repetitions.base
    var (offsets, elementCount) = ([Int](), 0)
    for entry in 0..<slice.entries where definitions[entry] >= field.placeLevel {
      if repetitions[entry] <= field.repetition { offsets.append(elementCount) }
      if repetitions[entry] <= element.repetition, definitions[entry] >= element.placeLevel {
        elementCount += 1
      }
    }
    offsets.append(elementCount)
    return Lists(places: places(of: field, slice), offsets: offsets)
  }
}

// MARK: - Values

extension ColumnAssembly {
  private func column(_ leaf: ParquetLeaf, _ field: ParquetField) throws -> Column {
    guard let slice = slices[leaf.index] else {
      throw ParquetDamage("has a field '\(field.name)' without values", at: 0)
    }
    let places = places(of: field, slice)
    let values = slice.reader.values
    let count = slice.values
    switch leaf.form {
    case .null: return Column(count: places.count, validity: nil, values: .null)
    case .bool:
      return Column(places, .bool(spread(values.bools.first(count), places, false)))
    case .integer:
      return Column(places, .integer(spread(values.integers.first(count), places, 0)))
    case .single, .double, .half:
      return Column(places, .number(spread(values.numbers.first(count), places, 0)))
    case .text: return Column(places, .string(try texts(slice, places)))
    }
  }

  /// The values with something in the place of each null.
  private func spread<Value>(_ values: [Value], _ places: Places, _ empty: Value) -> [Value] {
    guard let validity = places.validity else { return values }
    var next = 0
    return validity.map { isThere in
      guard isThere else { return empty }
      next += 1
      return values[next - 1]
    }
  }

  private func texts(_ slice: Slice, _ places: Places) throws -> StringValues {
    let values = slice.reader.values
    let ends = values.ends.base
    let size = slice.values == 0 ? 0 : ends[slice.values - 1]
    let utf8 = UnsafeBufferPointer(start: values.bytes.base, count: size)
    guard
      UTF8Validation.areValid(utf8, endingAt: UnsafeBufferPointer(start: ends, count: slice.values))
    else {
      throw slice.reader.damage("has a text that is not UTF-8")
    }
    let offsets = [Int](unsafeUninitializedCapacity: places.count + 1) { offsets, count in
      var (next, end) = (0, 0)
      offsets[0] = 0
      for place in 0..<places.count {
        if places.validity?[place] ?? true {
          end = ends[next]
          next += 1
        }
        offsets[place + 1] = end
      }
      count = places.count + 1
    }
    return StringValues(utf8: Array(utf8), offsets: offsets)
  }
}

extension Column {
  fileprivate init(_ places: ColumnAssembly.Places, _ values: Values) {
    self.init(count: places.count, validity: places.validity, values: values)
  }
}
