# expect: REF-002
async def values():
    pass


values().cr_frame
