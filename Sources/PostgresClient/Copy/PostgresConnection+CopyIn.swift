import CLibPQ
import Glibc

extension PostgresConnection {
    /// Runs a `COPY … FROM STDIN`: the body writes the data, the server takes it as fast as it can, and the writer waits
    /// when the server does (libpq's buffer stays small). The COPY ends when the body returns, and is undone when it throws.
    ///
    /// The text goes by the simple protocol, which would run a second statement of it as well: so a text that could have one is
    /// refused. Only a quoted identifier may contain a semicolon.
    ///
    /// - Returns: the number of rows copied.
    /// - Throws: ``PostgresError`` (with the server's line in `context`), `CancellationError`, what the body throws.
    package nonisolated(nonsending) func copyIn(
        _ sql: String, _ body: (CopyWriter) async throws -> Void
    ) async throws -> Int {
        guard Self.isOneStatement(sql) else {
            throw PostgresError(.unexpectedResult, "the COPY could be more than one statement", statement: sql)
        }
        return try await underSettings {
            try await beginCopy(sql, PGRES_COPY_IN, .copyIn)
            do {
                try await body(CopyWriter(connection: self, statement: sql))
                return try await endCopyIn(sql)
            } catch {
                await abandonCopyIn()
                throw error
            }
        }
    }

    /// Whether a text can only be one statement, however the server reads strings. Refuses semicolons, comments, dollar quotes
    /// and backslashes but in quoted identifiers, and quotes that are not closed.
    static func isOneStatement(_ sql: String) -> Bool {
        let (identifier, string) = (UInt8(ascii: "\""), UInt8(ascii: "'"))
        var (quote, last): (UInt8?, UInt8) = (nil, 0)
        for byte in sql.utf8 {
            switch byte {
            // One that is doubled closes and opens.
            case identifier, string: if quote == nil { quote = byte } else if quote == byte { quote = nil }
            case UInt8(ascii: ";"), UInt8(ascii: "\\"): if quote != identifier { return false }
            case UInt8(ascii: "$"): if quote == nil { return false }
            case UInt8(ascii: "-") where last == byte: if quote == nil { return false }
            case UInt8(ascii: "*") where last == UInt8(ascii: "/"): if quote == nil { return false }
            default: break
            }
            last = byte
        }
        return quote == nil
    }

    func writeCopy(_ bytes: [UInt8], statement: String) async throws {
        try await cancellable {
            guard self.state == .copyIn else {
                _ = try self.pointer()
                throw PostgresError(.connectionBusy, "the COPY has ended", statement: statement)
            }
            let pointer = try self.pointer()
            var watch = StatementWatch(timeout: self.options.responseTimeout)
            try bytes.withUnsafeBytes { buffer in
                guard let base = buffer.baseAddress?.assumingMemoryBound(to: CChar.self) else { return }
                while true {
                    switch PQputCopyData(pointer, base, Int32(buffer.count)) {
                    case 1: return
                    case 0: try self.waitInCopy(&watch)
                    default: throw self.lost()
                    }
                }
            }
            // libpq would grow its buffer without bound; what the socket does not take is waited for.
            while true {
                let left = PQflush(pointer)
                if left == 0 { return }
                if left < 0 { throw self.lost() }
                try self.waitInCopy(&watch)
            }
        }
    }

    private func waitInCopy(_ watch: inout StatementWatch) throws {
        let pointer = try pointer()
        switch try pollWatchfully(POLLIN | POLLOUT, until: watch.deadline) {
        case .ready: if PQconsumeInput(pointer) == 0 { throw lost() }
        case .cancelled: throw CancellationError()
        case .deadline: throw PostgresError(.timedOut, "the server takes no more data")
        }
    }

    private func endCopyIn(_ sql: String) async throws -> Int {
        try await cancellable {
            let pointer = try self.pointer()
            self.state = .idle
            var watch = StatementWatch(timeout: self.options.responseTimeout)
            while true {
                let ended = PQputCopyEnd(pointer, nil)
                if ended == 1 { break }
                if ended < 0 { throw self.lost() }
                try self.waitForServer(POLLOUT, &watch)
            }
            try self.flush(&watch)
            return try self.collect(&watch, statement: sql).affectedRows
        }
    }

    /// Makes the server forget the COPY, also in a cancelled task. The server's own error replaces the caller's "no more
    /// data" only where the caller asks for it, so here it is dropped.
    private func abandonCopyIn() {
        guard state == .copyIn, let pointer = handle.pointer else { return }
        state = .idle
        flag = CancellationFlag(wakeUp)
        var watch = StatementWatch(timeout: Self.cancelGrace)
        do {
            while true {
                let ended = PQputCopyEnd(pointer, "cancelled by the client")
                if ended == 1 { break }
                if ended < 0 { throw lost() }
                try waitForServer(POLLOUT, &watch)
            }
            try flush(&watch)
            try discardResults(&watch)
            settleCancel()
        } catch {
            markClosed("the COPY could not be ended")
        }
    }
}

/// Takes the data of a `COPY … FROM STDIN`; see ``PostgresConnection/copyIn(_:_:)``.
package struct CopyWriter: Sendable {
    let connection: PostgresConnection
    let statement: String

    /// Sends bytes, in any portion; 64 KB to 1 MB at a time is fast. Returns when they are with the kernel.
    ///
    /// - Throws: ``PostgresError`` or `CancellationError`. An error of the data itself comes at the end of the COPY.
    package func write(_ bytes: [UInt8]) async throws {
        try await connection.writeCopy(bytes, statement: statement)
    }
}
