import Glibc

/// Bytes that grow at the end and are used again: what an array does, without what it costs for millions of short pieces.
final class ByteBuffer {
    private(set) var base: UnsafeMutableRawPointer
    private(set) var count = 0
    private var capacity: Int

    init(capacity: Int = 1 << 16) {
        self.capacity = capacity
        base = UnsafeMutableRawPointer.allocate(byteCount: capacity, alignment: 16)
    }

    deinit { base.deallocate() }

    /// What is in it, until the next change.
    var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: base, count: count) }

    func append(_ start: UnsafeRawPointer, _ length: Int) {
        reserve(length)
        memcpy(base + count, start, length)
        count += length
    }

    func append(_ bytes: UnsafeRawBufferPointer) {
        if let start = bytes.baseAddress { append(start, bytes.count) }
    }

    func append(_ byte: UInt8) {
        reserve(1)
        base.storeBytes(of: byte, toByteOffset: count, as: UInt8.self)
        count += 1
    }

    /// Makes room for that many more bytes, which count at once and are to be written.
    func grow(by length: Int) {
        reserve(length)
        count += length
    }

    func removeAll() { count = 0 }

    /// Removes that many bytes at the front.
    func removeFirst(_ length: Int) {
        memmove(base, base + length, count - length)
        count -= length
    }

    private func reserve(_ length: Int) {
        guard count + length > capacity else { return }
        capacity = max(capacity * 2, count + length)
        let larger = UnsafeMutableRawPointer.allocate(byteCount: capacity, alignment: 16)
        memcpy(larger, base, count)
        base.deallocate()
        base = larger
    }
}
