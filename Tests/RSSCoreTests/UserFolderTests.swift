import RSSSystem
import TestSupport
import Testing

@Suite struct UserFolderTests {
    @Test func `a variable that is empty or not a path from the root on counts as not set`() {
        #expect(UserFolder.configuration(["XDG_CONFIG_HOME": "/x", "HOME": "/h"]) == "/x")
        for unset in ["", "relative"] {
            #expect(UserFolder.configuration(["XDG_CONFIG_HOME": unset, "HOME": "/h"]) == "/h/.config")
            #expect(UserFolder.state(["XDG_STATE_HOME": unset, "HOME": "/h"]) == "/h/.local/state")
            #expect(UserFolder.configuration(["HOME": unset]) == nil)
            #expect(UserFolder.state(["HOME": unset]) == "\(UserFolder.ofAccount)/.local/state")
        }
        #expect(UserFolder.ofAccount.hasPrefix("/"))
    }
}
