import CLibPQ
import Glibc

extension PostgresConnection {
    /// Runs a `COPY … TO STDOUT` and hands the data over in portions of 64 KB or more, one at a time: a slow reader
    /// slows the server down instead of filling memory.
    ///
    /// - Returns: the number of rows copied.
    /// - Throws: ``PostgresError``, `CancellationError`, and what the body throws.
    package nonisolated(nonsending) func copyOut(
        _ sql: String, _ body: ([UInt8]) async throws -> Void
    ) async throws -> Int {
        try await underSettings {
            try await beginCopy(sql, PGRES_COPY_OUT, .copyOut)
            do {
                while let portion = try await readCopy() { try await body(portion) }
                return try await endCopyOut(sql)
            } catch {
                await abandonCopyOut()
                throw error
            }
        }
    }

    private func readCopy() async throws -> [UInt8]? {
        try await cancellable {
            var watch = StatementWatch(timeout: self.options.responseTimeout)
            var portion: [UInt8] = []
            portion.reserveCapacity(81_920)
            while portion.count < 65_536, try self.nextCopyChunk(&watch, into: &portion) {}
            if watch.interruption == .cancelled { throw CancellationError() }
            return portion.isEmpty ? nil : portion
        }
    }

    /// Appends one message of the COPY; false at its end.
    func nextCopyChunk(_ watch: inout StatementWatch, into portion: inout [UInt8]) throws -> Bool {
        let pointer = try pointer()
        while true {
            var buffer: UnsafeMutablePointer<CChar>?
            let length = PQgetCopyData(pointer, &buffer, 1)
            switch length {
            case 1...:
                guard let buffer else { return false }
                defer { PQfreemem(buffer) }
                // libpq owns `length` bytes at `buffer` until PQfreemem; they are copied here.
                portion.append(contentsOf: UnsafeRawBufferPointer(start: buffer, count: Int(length)))
                return true
            case 0:
                try waitForServer(POLLIN, &watch)
                if PQconsumeInput(pointer) == 0 { throw lost() }
            case -1: return false
            default:
                if PQstatus(pointer) == CONNECTION_BAD { throw lost() }
                return false  // the error itself comes with the next result
            }
        }
    }

    /// Discards one message of the COPY; false at its end.
    func discardCopyChunk(_ watch: inout StatementWatch) throws -> Bool {
        var portion: [UInt8] = []
        return try nextCopyChunk(&watch, into: &portion)
    }

    private func endCopyOut(_ sql: String) async throws -> Int {
        try await cancellable {
            self.state = .idle
            var watch = StatementWatch(timeout: self.options.responseTimeout)
            return try self.collect(&watch, statement: sql).affectedRows
        }
    }

    private func abandonCopyOut() {
        guard state == .copyOut else { return }
        state = .idle
        flag = CancellationFlag(wakeUp)
        var watch = StatementWatch(timeout: nil)
        watch.interrupt(.timedOut)
        sendCancelRequest()
        do {
            while try discardCopyChunk(&watch) {}
            try discardResults(&watch)
            settleCancel()
        } catch {
            markClosed("the COPY could not be ended")
        }
    }
}
