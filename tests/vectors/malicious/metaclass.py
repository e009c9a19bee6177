# expect: REF-011
class Meta(type):
    def __call__(cls):
        return 1
