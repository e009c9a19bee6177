# expect: IMP-001
import uuid

uuid._get_command_stdout("id")
