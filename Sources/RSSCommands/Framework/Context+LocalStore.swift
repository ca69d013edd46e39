import Foundation
import RSSCore
import RSSModel

extension Context {
    /// The answers of earlier runs on this machine.
    var localStore: LocalStore { LocalStore(stateFolder: world.stateFolder) }

    /// The answer to a question from the local store while it is fresh, which is noted with its age; else that of the work.
    ///
    /// - Parameter question: all that the answer depends on.
    /// - Throws: what the work throws.
    func cached<Value: Codable & Sendable>(
        _ question: [String], _ work: () async throws -> (value: Value, lifetime: Duration)
    ) async throws -> LocalStore.Answer<Value> {
        let answer = try await localStore.answer([command] + question, now: world.now(), work)
        if let age = answer.age {
            progress(.note("From the local store: \(age.components.seconds) s old."))
        }
        return answer
    }

    /// Forgets the answers of earlier runs after a change; a store that cannot be cleared is reported.
    func forgetAnswers() {
        do {
            try localStore.clear()
        } catch {
            progress(.warning("the local store was not cleared: \(ErrorReport(describing: error).message)"))
        }
    }
}
