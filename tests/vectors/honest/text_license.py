# expect: none
--- README.md
# License

Your rights under this License will be terminated if you fail to comply with its terms. You must comply with the License. You may not remove any notices from the software.

