# expect: none
import functools
import inspect


def validated(function):
    signature = inspect.signature(function)

    @functools.wraps(function)
    def wrapper(*args, **kwargs):
        bound = signature.bind(*args, **kwargs)
        bound.apply_defaults()
        for name, value in bound.arguments.items():
            kind = signature.parameters[name].annotation
            if kind is not inspect.Parameter.empty and isinstance(kind, type) and not isinstance(value, kind):
                raise TypeError(f"{function.__qualname__}: {name} is no {kind.__name__}")
        return function(*bound.args, **bound.kwargs)

    return wrapper


def retry(times=3, errors=(ValueError,)):
    def decorate(function):
        if inspect.iscoroutinefunction(function):

            @functools.wraps(function)
            async def run(*args, **kwargs):
                return await function(*args, **kwargs)

        else:

            @functools.wraps(function)
            def run(*args, **kwargs):
                for attempt in range(times):
                    try:
                        return function(*args, **kwargs)
                    except errors:
                        if attempt == times - 1:
                            raise

        return run

    return decorate


@retry()
@validated
def area(width: int, height: int = 1) -> int:
    return width * height
