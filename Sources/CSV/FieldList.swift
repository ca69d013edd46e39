/// The fields of a batch, appended by the hundred thousand: without the checks of an array.
///
/// `@unchecked Sendable`: only the scanner changes one, before it is shared.
@usableFromInline
struct FieldList: @unchecked Sendable {
    /// Memory that is freed with the last list that has it.
    private final class Memory {
        let base: UnsafeMutablePointer<FieldSpan>

        init(_ capacity: Int) { base = .allocate(capacity: capacity) }

        deinit { base.deallocate() }
    }

    /// How many there are.
    private(set) var count = 0
    private var capacity: Int
    private var memory: Memory
    @usableFromInline private(set) var base: UnsafeMutablePointer<FieldSpan>

    /// Makes an empty list.
    init(capacity: Int = 0) {
        self.capacity = capacity
        memory = Memory(capacity)
        base = memory.base
    }

    /// A field by its index, which is below the count.
    @inlinable subscript(index: Int) -> FieldSpan { base[index] }

    /// Makes room for that many in all, in memory that no other list has.
    mutating func reserve(_ wanted: Int) {
        guard wanted > capacity || !isKnownUniquelyReferenced(&memory) else { return }
        let larger = Memory(wanted)
        larger.base.update(from: base, count: count)
        (memory, base, capacity) = (larger, larger.base, wanted)
    }

    /// Adds a field.
    @inline(__always)
    mutating func append(_ field: FieldSpan) {
        if count == capacity { reserve(max(64, capacity * 2)) }
        base[count] = field
        count += 1
    }

    /// Adds a field that is its own value.
    @inline(__always)
    mutating func append(from start: Int, to end: Int) {
        var field = FieldSpan(start: start)
        field.end = end
        append(field)
    }

    /// Leaves only the first ones.
    mutating func truncate(to count: Int) { self.count = count }
}
