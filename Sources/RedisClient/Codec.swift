import CHiredis
import Glibc

/// Commands to bytes, by hiredis's formatter.
enum CommandEncoder {
    /// Appends a command in RESP to the buffer.
    ///
    /// Throws ``RedisError/invalidConfiguration(_:)`` for a command without a name.
    static func encode(_ arguments: [RedisArgument], into buffer: inout [UInt8]) throws(RedisError) {
        guard !arguments.isEmpty else { throw .invalidConfiguration("a command without a name") }
        // All arguments one after the other, so that one pointer is valid for all of them.
        var joined: [UInt8] = []
        joined.reserveCapacity(arguments.reduce(1) { $0 + $1.bytes.count })
        for argument in arguments { joined.append(contentsOf: argument.bytes) }
        joined.append(0)
        let lengths = arguments.map(\.bytes.count)
        var formatted: UnsafeMutablePointer<CChar>?
        let count = joined.withUnsafeBytes { bytes -> Int32 in
            var pointers: [UnsafePointer<CChar>?] = []
            pointers.reserveCapacity(lengths.count)
            var offset = 0
            for length in lengths {
                // Within bounds: the offsets add up to at most joined.count - 1.
                pointers.append(bytes.baseAddress?.advanced(by: offset).assumingMemoryBound(to: CChar.self))
                offset += length
            }
            return redisFormatCommandArgv(&formatted, Int32(lengths.count), &pointers, lengths)
        }
        guard count > 0, let formatted else { throw .protocolViolation("out of memory while formatting a command") }
        defer { redisFreeCommand(formatted) }
        // hiredis gives exactly `count` bytes.
        buffer.append(contentsOf: UnsafeRawBufferPointer(start: formatted, count: Int(count)))
    }
}

/// Bytes to replies, by hiredis's reader.
final class ReplyReader {
    private let reader: UnsafeMutablePointer<redisReader>
    private let functions: UnsafeMutablePointer<redisReplyObjectFunctions>

    /// The most elements of a list. hiredis takes any number that a server announces, and walks through all places, empty
    /// ones too, when it frees the list: nine seconds for two thousand million.
    private static let mostElements = 1 << 24

    init() throws(RedisError) {
        guard let reader = redisReaderCreate(), let defaults = reader.pointee.fn else {
            throw .unreachable("out of memory")
        }
        // Keep up to 1 MB between replies; the default of 16 KB frees and allocates with every read of ours.
        reader.pointee.maxbuf = 1 << 20
        // hiredis's own functions, of which one checks the number first. They are static in hiredis, so the pointer to
        // them stays valid as long as the process runs.
        functions = .allocate(capacity: 1)
        functions.initialize(to: defaults.pointee)
        functions.pointee.createArray = { task, elements in
            guard Int(elements) <= ReplyReader.mostElements, let defaults = task?.pointee.privdata else { return nil }
            return defaults.assumingMemoryBound(to: redisReplyObjectFunctions.self).pointee.createArray(task, elements)
        }
        reader.pointee.privdata = UnsafeMutableRawPointer(defaults)
        reader.pointee.fn = functions
        self.reader = reader
    }

    deinit {
        redisReaderFree(reader)
        functions.deallocate()
    }

    /// Takes bytes that were received.
    func feed(_ bytes: UnsafeRawBufferPointer) throws(RedisError) {
        guard redisReaderFeed(reader, bytes.baseAddress?.assumingMemoryBound(to: CChar.self), bytes.count) == REDIS_OK
        else { throw failure() }
    }

    /// The next whole reply, nil when more bytes are needed.
    func next() throws(RedisError) -> RedisValue? {
        var reply: UnsafeMutableRawPointer?
        guard redisReaderGetReply(reader, &reply) == REDIS_OK else { throw failure() }
        guard let reply else { return nil }
        defer { freeReplyObject(reply) }
        return Self.value(reply.assumingMemoryBound(to: redisReply.self))
    }

    /// Copies a reply. The reader refuses lists nested deeper than seven, so the recursion is shallow.
    private static func value(_ reply: UnsafePointer<redisReply>) -> RedisValue {
        let content = reply.pointee
        switch content.type {
        case REDIS_REPLY_INTEGER: return .integer(content.integer)
        case REDIS_REPLY_NIL: return .null
        case REDIS_REPLY_STATUS: return .simple(text(content))
        case REDIS_REPLY_ERROR: return .error(RedisServerError(answer: text(content)))
        case REDIS_REPLY_ARRAY:
            return .array(
                (0..<Int(content.elements)).map { index in
                    guard let element = content.element?[index] else { return .null }
                    return value(element)
                })
        default:
            return .bulk(Array(UnsafeRawBufferPointer(start: content.str, count: Int(content.len))))
        }
    }

    private static func text(_ reply: redisReply) -> String {
        String(decoding: UnsafeRawBufferPointer(start: reply.str, count: Int(reply.len)), as: UTF8.self)
    }

    private func failure() -> RedisError {
        if reader.pointee.err == REDIS_ERR_OOM { return .protocolViolation("a reply that is too large for the memory") }
        // `errstr` is a C array of 128 bytes that ends with NUL.
        let text = withUnsafeBytes(of: reader.pointee.errstr) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
        return .protocolViolation(text)
    }
}
