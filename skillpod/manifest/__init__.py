"""What an author says a skill is: the manifest read, the tools described from the syntax tree, the folder a new skill begins as."""
