/// Memory for elements that are appended at the end and taken from the front, filled through a pointer.
///
/// An array would have to write every element twice: it cannot grow without values for what is new.
struct Growable<Element: BitwiseCopyable>: ~Copyable {
  /// The elements; those from `count` on are not initialised.
  private(set) var base: UnsafeMutablePointer<Element>
  /// How many elements there are.
  var count = 0
  private var capacity: Int

  init() {
    capacity = 0
    base = .allocate(capacity: 0)
  }

  deinit { base.deallocate() }

  /// Makes room for more elements and gives where they begin; the caller counts them when they are written.
  mutating func reserve(_ additional: Int) -> UnsafeMutablePointer<Element> {
    if additional > capacity - count {
      capacity = max(count + additional, capacity + capacity / 2)
      let larger = UnsafeMutablePointer<Element>.allocate(capacity: capacity)
      larger.update(from: base, count: count)
      base.deallocate()
      base = larger
    }
    return base + count
  }

  /// Removes elements from the front.
  mutating func removeFirst(_ removed: Int) {
    base.update(from: base + removed, count: count - removed)
    count -= removed
  }

  /// The first elements as an array.
  func first(_ count: Int) -> [Element] {
    [Element](UnsafeBufferPointer(start: base, count: count))
  }
}
